; Definitions
(class_declaration name: (identifier) @name) @definition.class
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @definition.class
(method_definition name: (property_identifier) @name (#eq? @name "constructor")) @definition.constructor
(method_definition ["get" "set"] name: (_) @name) @definition.property
(method_definition name: (_) @name) @definition.method
(field_definition property: (_) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @definition.method
(field_definition property: (_) @name) @definition.field
(function_declaration name: (identifier) @name) @definition.function
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

; References
(call_expression function: (identifier) @reference.call (#not-eq? @reference.call "require"))
(call_expression function: (member_expression property: [(property_identifier) (private_property_identifier)] @reference.call))
(new_expression constructor: (identifier) @reference.call)
(new_expression constructor: (member_expression property: (property_identifier) @reference.call))
(decorator (identifier) @reference.call)
(import_statement source: (string) @reference.import)
(export_statement source: (string) @reference.import)
(call_expression function: (import) arguments: (arguments . (string) @reference.import))
(call_expression function: (identifier) @_require arguments: (arguments . (string) @reference.import) (#eq? @_require "require"))
(import_specifier name: (identifier) @reference.reference)
(export_statement (export_clause (export_specifier name: (identifier) @reference.reference)) source: (_))
(import_clause (identifier) @reference.reference)
(class_heritage (identifier) @reference.inherit)
(class_heritage (member_expression property: (property_identifier) @reference.inherit))
(jsx_opening_element name: (identifier) @reference.call (#match? @reference.call "^[A-Z]"))
(jsx_self_closing_element name: (identifier) @reference.call (#match? @reference.call "^[A-Z]"))
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
