; Tables
(table . [(bare_key) (quoted_key) (dotted_key)] @name . (pair)? @body) @definition.key
(table_array_element . [(bare_key) (quoted_key) (dotted_key)] @name . (pair)? @body) @definition.key

; Keys of the document and of tables; an inline table is read as the value of its key.
(document (pair . [(bare_key) (quoted_key) (dotted_key)] @name) @definition.key)
(table (pair . [(bare_key) (quoted_key) (dotted_key)] @name) @definition.key)
(table_array_element (pair . [(bare_key) (quoted_key) (dotted_key)] @name) @definition.key)
(ERROR (pair . [(bare_key) (quoted_key) (dotted_key)] @name) @definition.key)
