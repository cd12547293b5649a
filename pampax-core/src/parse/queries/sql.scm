; Tables, views, indexes
(statement
  (create_table
    (object_reference schema: [(identifier) (literal)]? @qualifier name: [(identifier) (literal)] @name)
    (column_definitions)? @body)) @definition.table
(statement
  (create_view
    (object_reference schema: [(identifier) (literal)]? @qualifier name: [(identifier) (literal)] @name)
    (create_query)? @body)) @definition.table
(statement
  (create_materialized_view
    (object_reference schema: [(identifier) (literal)]? @qualifier name: [(identifier) (literal)] @name)
    (create_query)? @body)) @definition.table
(statement (create_index column: [(identifier) (literal)] @name)) @definition.table

; Columns
(alter_table
  (object_reference name: [(identifier) (literal)] @qualifier)
  (add_column (column_definition name: [(identifier) (literal)] @name) @definition.field))
(column_definition name: [(identifier) (literal)] @name) @definition.field

; Types and schemas
(statement
  (create_type
    (object_reference schema: [(identifier) (literal)]? @qualifier name: [(identifier) (literal)] @name)
    (enum_elements) @body)) @definition.enum
(statement
  (create_type
    (object_reference schema: [(identifier) (literal)]? @qualifier name: [(identifier) (literal)] @name)
    (column_definitions) @body)) @definition.struct
(statement
  (create_type (object_reference schema: [(identifier) (literal)]? @qualifier name: [(identifier) (literal)] @name))) @definition.type
(enum_elements enum_element: (literal) @name @definition.enum_member)
(statement (create_schema (identifier) @name)) @definition.module

; Functions and triggers
(statement
  (create_function
    (object_reference schema: [(identifier) (literal)]? @qualifier name: [(identifier) (literal)] @name)
    (function_body)? @body)) @definition.function
(statement
  (create_trigger
    (keyword_trigger)
    .
    (object_reference schema: [(identifier) (literal)]? @qualifier name: [(identifier) (literal)] @name))) @definition.function

; References
(invocation (object_reference name: [(identifier) (literal)] @reference.call))
(create_trigger
  (keyword_execute)
  .
  [(keyword_function) (keyword_procedure)]
  .
  (object_reference name: [(identifier) (literal)] @reference.call))
(create_trigger (keyword_on) . (object_reference name: [(identifier) (literal)] @reference.reference))
(relation (object_reference name: [(identifier) (literal)] @reference.reference))
(from (keyword_from) . (object_reference name: [(identifier) (literal)] @reference.reference))
(insert (object_reference name: [(identifier) (literal)] @reference.reference))
(create_index (object_reference name: [(identifier) (literal)] @reference.reference))
(alter_table . (keyword_alter) . (keyword_table) . (object_reference name: [(identifier) (literal)] @reference.reference))
(column_definition (keyword_references) . (object_reference name: [(identifier) (literal)] @reference.reference))
(constraint (keyword_references) . (object_reference name: [(identifier) (literal)] @reference.reference))
