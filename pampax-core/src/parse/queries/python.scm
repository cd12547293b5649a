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
; Addresses that are served, and settings that are read
(decorator (call function: (attribute attribute: (identifier) @_method) arguments: (argument_list . (string) @reference.route))
  (#any-of? @_method "route" "get" "post" "put" "delete" "patch" "head" "options" "websocket"))
(call function: (identifier) @_function arguments: (argument_list . (string) @reference.route . (_))
  (#any-of? @_function "path" "re_path"))
(call function: (attribute attribute: (identifier) @_method) arguments: (argument_list . (string) @reference.route . (_))
  (#any-of? @_method "add_get" "add_post" "add_put" "add_delete" "add_patch" "add_url_rule" "add_api_route"))
(subscript value: (attribute attribute: (identifier) @_settings) subscript: (string) @reference.config-key
  (#any-of? @_settings "environ" "config"))
(call function: (attribute attribute: (identifier) @_method) arguments: (argument_list . (string) @reference.config-key)
  (#eq? @_method "getenv"))
(call function: (attribute object: (attribute attribute: (identifier) @_settings) attribute: (identifier) @_method)
  arguments: (argument_list . (string) @reference.config-key)
  (#eq? @_settings "environ") (#any-of? @_method "get" "pop" "setdefault"))
