; Keys down to the fourth level. Keys inside arrays repeat and are not looked up by name.
(document (object (pair
  key: (string (string_content)) @name
  value: [(object) @body (array) @body (string) (number) (true) (false) (null)]) @definition.key))

(document (object (pair value: (object (pair
  key: (string (string_content)) @name
  value: [(object) @body (array) @body (string) (number) (true) (false) (null)]) @definition.key))))

(document (object (pair value: (object (pair value: (object (pair
  key: (string (string_content)) @name
  value: [(object) @body (array) @body (string) (number) (true) (false) (null)]) @definition.key))))))

(document (object (pair value: (object (pair value: (object (pair value: (object (pair
  key: (string (string_content)) @name
  value: [(object) @body (array) @body (string) (number) (true) (false) (null)]) @definition.key))))))))

; An unclosed object is an error node that holds its pairs.
(ERROR (pair
  key: (string (string_content)) @name
  value: [(object) @body (array) @body (string) (number) (true) (false) (null)]) @definition.key)

(ERROR (pair value: (object (pair
  key: (string (string_content)) @name
  value: [(object) @body (array) @body (string) (number) (true) (false) (null)]) @definition.key)))
