; Definitions. The engine follows a declarator to its name, and calls what it declares a function where it is one.
(namespace_definition name: (_) @name) @definition.module
(class_specifier name: (_) @name body: (_)) @definition.class
; A macro between `class` and the name makes the class look like a function.
(function_definition type: (class_specifier !body) declarator: (identifier) @name) @definition.class
(function_definition type: (struct_specifier !body) declarator: (identifier) @name) @definition.struct
(function_definition declarator: (_) @name) @definition.function
(type_definition type: (struct_specifier body: (_) @body) @skip declarator: (_) @name) @definition.struct
(type_definition type: (union_specifier body: (_) @body) @skip declarator: (_) @name) @definition.struct
(type_definition type: (enum_specifier body: (_) @body) @skip declarator: (_) @name) @definition.enum
(type_definition declarator: (_) @name) @definition.type
(struct_specifier name: (_) @name body: (_)) @definition.struct
(union_specifier name: (_) @name body: (_)) @definition.struct
(enum_specifier name: (_) @name body: (_)) @definition.enum
(enumerator name: (identifier) @name) @definition.enum_member
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.interface
(field_declaration declarator: (_) @name) @definition.field
(preproc_def name: (identifier) @name value: (_)) @definition.macro
(preproc_function_def name: (identifier) @name value: (_) @body) @definition.macro
(preproc_function_def name: (identifier) @name) @definition.macro
(translation_unit (declaration declarator: (_) @name) @definition.variable)
(declaration_list (declaration declarator: (_) @name) @definition.variable)
(field_declaration_list (declaration declarator: (_) @name) @definition.variable)
(template_declaration (declaration declarator: (_) @name) @definition.variable)
(preproc_ifdef (declaration declarator: (_) @name) @definition.variable)
(preproc_if (declaration declarator: (_) @name) @definition.variable)
(preproc_else (declaration declarator: (_) @name) @definition.variable)

; References
(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression field: (field_identifier) @reference.call))
(call_expression function: (qualified_identifier name: (identifier) @reference.call))
(call_expression function: (qualified_identifier name: (qualified_identifier name: (identifier) @reference.call)))
(call_expression function: (template_function name: (identifier) @reference.call))
(call_expression function: (qualified_identifier name: (template_function name: (identifier) @reference.call)))
(new_expression type: (type_identifier) @reference.call)
(preproc_include path: (_) @reference.import)
(using_declaration (qualified_identifier) @reference.import)
(base_class_clause (type_identifier) @reference.inherit)
(base_class_clause (qualified_identifier name: (type_identifier) @reference.inherit))
(base_class_clause (template_type name: (type_identifier) @reference.inherit))
(type_identifier) @reference.reference
; Settings that are read
(call_expression function: (_) @_function arguments: (argument_list . (string_literal) @reference.config-key)
  (#any-of? @_function "getenv" "secure_getenv" "std::getenv"))
