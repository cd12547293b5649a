; Definitions
(class_definition name: (identifier) @name body: (block . (expression_statement . (string) @docstring))) @definition.class
(class_definition name: (identifier) @name) @definition.class
(function_definition name: (identifier) @name body: (block . (expression_statement . (string) @docstring))
  (#eq? @name "__init__")) @definition.constructor
(function_definition name: (identifier) @name (#eq? @name "__init__")) @definition.constructor
(function_definition name: (identifier) @name body: (block . (expression_statement . (string) @docstring))) @definition.function
(function_definition name: (identifier) @name) @definition.function
(type_alias_statement left: (type) @name) @definition.type
(class_definition
  superclasses: (argument_list [(identifier) @_base (attribute attribute: (identifier) @_base)])
  body: (block (expression_statement . (assignment left: (identifier) @name right: (_))) @definition.enum_member)
  (#any-of? @_base "Enum" "IntEnum" "StrEnum" "Flag" "IntFlag"))
(class_definition body: (block (expression_statement . (assignment left: (identifier) @name)) @definition.field))
(module (expression_statement . (assignment left: (identifier) @name)) @definition.constant
  (#match? @name "^_*[A-Z][A-Z0-9_]*$"))
(module (expression_statement . (assignment left: (identifier) @name)) @definition.variable)

; References
(call function: (identifier) @reference.call)
(call function: (attribute attribute: (identifier) @reference.call))
(decorator (identifier) @reference.call)
(decorator (attribute attribute: (identifier) @reference.call))
(import_statement name: (dotted_name) @reference.import)
(import_statement name: (aliased_import name: (dotted_name) @reference.import))
(import_from_statement module_name: (_) @reference.import)
(import_from_statement name: (dotted_name) @reference.reference)
(import_from_statement name: (aliased_import name: (dotted_name) @reference.reference))
(class_definition superclasses: (argument_list (identifier) @reference.inherit))
(class_definition superclasses: (argument_list (attribute attribute: (identifier) @reference.inherit)))
(class_definition superclasses: (argument_list (subscript value: (identifier) @reference.inherit)))
(type (identifier) @reference.reference)
(type (attribute attribute: (identifier) @reference.reference))
(generic_type (identifier) @reference.reference)
