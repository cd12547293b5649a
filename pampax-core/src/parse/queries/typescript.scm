; Definitions
(class_declaration name: (type_identifier) @name) @definition.class
(abstract_class_declaration name: (type_identifier) @name) @definition.class
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @definition.class
(interface_declaration name: (type_identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(enum_body name: (_) @name @definition.enum_member)
(enum_assignment name: (_) @name) @definition.enum_member
(type_alias_declaration name: (type_identifier) @name) @definition.type
(internal_module name: (_) @name) @definition.module
(module name: (_) @name) @definition.module
(method_definition name: (property_identifier) @name (#eq? @name "constructor")) @definition.constructor
(method_definition ["get" "set"] name: (_) @name) @definition.property
(method_definition name: (_) @name) @definition.method
(abstract_method_signature name: (_) @name) @definition.method
(interface_body (method_signature name: (_) @name) @definition.method)
(class_body (method_signature name: (_) @name) @definition.method)
(interface_body (property_signature name: (_) @name) @definition.property)
(type_alias_declaration value: (object_type (property_signature name: (_) @name) @definition.property))
(type_alias_declaration value: (object_type (method_signature name: (_) @name) @definition.method))
(public_field_definition name: (_) @name value: (arrow_function body: (_) @body)) @definition.method
(public_field_definition name: (_) @name) @definition.field
(function_declaration name: (identifier) @name) @definition.function
(function_signature name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
(variable_declarator
  name: (identifier) @name
  value: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
    (generator_function body: (_) @body)
  ]) @definition.function
(pair
  key: [(property_identifier) (string)] @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @definition.function
(assignment_expression
  left: (member_expression object: (_) @qualifier property: (property_identifier) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @definition.function
(call_expression
  function: (_) @_test
  arguments: (arguments . (string) @name . (_ body: (statement_block) @body))
  (#match? @_test "^(describe|it|test|suite|context|specify)($|[.])")) @definition.target
(program (_ (variable_declarator name: (identifier) @name) @definition.variable))
(program (export_statement (_ (variable_declarator name: (identifier) @name) @definition.variable)))
(ambient_declaration (_ (variable_declarator name: (identifier) @name) @definition.variable))
(internal_module body: (statement_block (_ (variable_declarator name: (identifier) @name) @definition.variable)))
(internal_module body: (statement_block (export_statement (_ (variable_declarator name: (identifier) @name) @definition.variable))))

; References
(call_expression function: (identifier) @reference.call (#not-eq? @reference.call "require"))
(call_expression function: (member_expression property: [(property_identifier) (private_property_identifier)] @reference.call))
(new_expression constructor: (identifier) @reference.call)
(new_expression constructor: (member_expression property: (property_identifier) @reference.call))
(decorator (identifier) @reference.call)
(import_statement source: (string) @reference.import)
(export_statement source: (string) @reference.import)
(import_require_clause source: (string) @reference.import)
(call_expression function: (import) arguments: (arguments . (string) @reference.import))
(call_expression function: (identifier) @_require arguments: (arguments . (string) @reference.import) (#eq? @_require "require"))
(import_specifier name: (identifier) @reference.reference)
(export_statement (export_clause (export_specifier name: (identifier) @reference.reference)) source: (_))
(import_clause (identifier) @reference.reference)
(extends_clause value: (identifier) @reference.inherit)
(extends_clause value: (member_expression property: (property_identifier) @reference.inherit))
(extends_type_clause type: (type_identifier) @reference.inherit)
(extends_type_clause type: (generic_type name: (type_identifier) @reference.inherit))
(implements_clause (type_identifier) @reference.implement)
(implements_clause (generic_type name: (type_identifier) @reference.implement))
(type_identifier) @reference.reference
(call_expression function: (super) @reference.call)

; Addresses that are served, and settings that are read
(call_expression
  function: (member_expression property: (property_identifier) @_method)
  arguments: (arguments . (string) @reference.route . (_))
  (#any-of? @_method "get" "post" "put" "delete" "patch" "all" "use" "options" "head")
  (#match? @reference.route "^.[/]"))
(member_expression
  object: (member_expression object: (_) @_process property: (property_identifier) @_env)
  property: (property_identifier) @reference.config-key
  (#eq? @_env "env") (#any-of? @_process "process" "import.meta" "Bun"))
(subscript_expression
  object: (member_expression object: (_) @_process property: (property_identifier) @_env)
  index: (string) @reference.config-key
  (#eq? @_env "env") (#any-of? @_process "process" "import.meta" "Bun"))
