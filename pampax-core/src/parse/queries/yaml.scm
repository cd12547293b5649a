; Keys down to the fourth level. Keys inside sequences repeat and are not looked up by name.
((document (block_node (block_mapping 
  (block_mapping_pair
    key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)
    value: (block_node)? @body) @definition.key)))
  (#not-eq? @name "<<"))

((document (block_node (block_mapping 
  (block_mapping_pair value: (block_node (block_mapping 
  (block_mapping_pair
    key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)
    value: (block_node)? @body) @definition.key))))))
  (#not-eq? @name "<<"))

((document (block_node (block_mapping 
  (block_mapping_pair value: (block_node (block_mapping 
  (block_mapping_pair value: (block_node (block_mapping 
  (block_mapping_pair
    key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)
    value: (block_node)? @body) @definition.key)))))))))
  (#not-eq? @name "<<"))

((document (block_node (block_mapping 
  (block_mapping_pair value: (block_node (block_mapping 
  (block_mapping_pair value: (block_node (block_mapping 
  (block_mapping_pair value: (block_node (block_mapping 
  (block_mapping_pair
    key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)
    value: (block_node)? @body) @definition.key))))))))))))
  (#not-eq? @name "<<"))

; Broken syntax leaves pairs in an error node.
((ERROR
  (block_mapping_pair
    key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)
    value: (block_node)? @body) @definition.key)
  (#not-eq? @name "<<"))

((block_mapping (ERROR
  (block_mapping_pair
    key: (flow_node [(plain_scalar) (double_quote_scalar) (single_quote_scalar)] @name)
    value: (block_node)? @body) @definition.key))
  (#not-eq? @name "<<"))
