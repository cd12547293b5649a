; Definitions
(module_declaration name: (_) @name) @definition.module
(class_declaration name: (identifier) @name) @definition.class
(interface_declaration name: (identifier) @name) @definition.interface
(annotation_type_declaration name: (identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(record_declaration name: (identifier) @name) @definition.struct
(enum_constant name: (identifier) @name) @definition.enum_member
(constructor_declaration name: (identifier) @name) @definition.constructor
(compact_constructor_declaration name: (identifier) @name) @definition.constructor
(method_declaration name: (identifier) @name) @definition.method
(annotation_type_element_declaration name: (identifier) @name) @definition.method
(field_declaration (modifiers "static" "final") declarator: (variable_declarator name: (identifier) @name)) @definition.constant
(constant_declaration declarator: (variable_declarator name: (identifier) @name)) @definition.constant
(field_declaration declarator: (variable_declarator name: (identifier) @name)) @definition.field

; References
(method_invocation name: (identifier) @reference.call)
(object_creation_expression type: (type_identifier) @reference.call)
(object_creation_expression type: (generic_type (type_identifier) @reference.call))
(object_creation_expression type: (scoped_type_identifier (type_identifier) @reference.call .))
(method_reference (identifier) @reference.call .)
(import_declaration [(identifier) (scoped_identifier)] @reference.import)
(superclass (type_identifier) @reference.inherit)
(superclass (generic_type (type_identifier) @reference.inherit))
(extends_interfaces (type_list (type_identifier) @reference.inherit))
(extends_interfaces (type_list (generic_type (type_identifier) @reference.inherit)))
(super_interfaces (type_list (type_identifier) @reference.implement))
(super_interfaces (type_list (generic_type (type_identifier) @reference.implement)))
(marker_annotation name: (identifier) @reference.reference)
(annotation name: (identifier) @reference.reference)
(type_identifier) @reference.reference
(explicit_constructor_invocation constructor: [(super) (this)] @reference.call)

; Addresses that are served, and settings that are read
(annotation
  name: (identifier) @_name
  arguments: (annotation_argument_list [
    (string_literal) @reference.route
    (element_value_pair key: (identifier) @_key value: (string_literal) @reference.route)
  ])
  (#any-of? @_name "GetMapping" "PostMapping" "PutMapping" "DeleteMapping" "PatchMapping" "RequestMapping" "Path")
  (#match? @reference.route "^.[/]"))
(annotation
  name: (identifier) @_name
  arguments: (annotation_argument_list (string_literal) @reference.config-key)
  (#eq? @_name "Value"))
(method_invocation
  object: (identifier) @_system
  name: (identifier) @_method
  arguments: (argument_list . (string_literal) @reference.config-key)
  (#eq? @_system "System") (#any-of? @_method "getenv" "getProperty"))
