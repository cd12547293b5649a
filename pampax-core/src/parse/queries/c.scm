; Definitions. The engine follows a declarator to its name, and calls what it declares a function where it is one.
(function_definition declarator: (_) @name) @definition.function
(type_definition type: (struct_specifier body: (_) @body) @skip declarator: (_) @name) @definition.struct
(type_definition type: (union_specifier body: (_) @body) @skip declarator: (_) @name) @definition.struct
(type_definition type: (enum_specifier body: (_) @body) @skip declarator: (_) @name) @definition.enum
(type_definition declarator: (_) @name) @definition.type
(struct_specifier name: (type_identifier) @name body: (_)) @definition.struct
(union_specifier name: (type_identifier) @name body: (_)) @definition.struct
(enum_specifier name: (type_identifier) @name body: (_)) @definition.enum
(enumerator name: (identifier) @name) @definition.enum_member
(field_declaration declarator: (_) @name) @definition.field
(preproc_def name: (identifier) @name value: (_)) @definition.macro
(preproc_function_def name: (identifier) @name value: (_) @body) @definition.macro
(preproc_function_def name: (identifier) @name) @definition.macro
(translation_unit (declaration declarator: (_) @name) @definition.variable)
(preproc_ifdef (declaration declarator: (_) @name) @definition.variable)
(preproc_if (declaration declarator: (_) @name) @definition.variable)
(preproc_else (declaration declarator: (_) @name) @definition.variable)
(declaration_list (declaration declarator: (_) @name) @definition.variable)

; References
(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression field: (field_identifier) @reference.call))
(preproc_include path: (_) @reference.import)
(type_identifier) @reference.reference
; Settings that are read
(call_expression function: (_) @_function arguments: (argument_list . (string_literal) @reference.config-key)
  (#any-of? @_function "getenv" "secure_getenv" "std::getenv"))
