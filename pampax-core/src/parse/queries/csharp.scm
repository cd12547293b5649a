(namespace_declaration
  name: (_) @name) @definition.module

(file_scoped_namespace_declaration
  name: (_) @name) @definition.module

; Types
(class_declaration
  name: (identifier) @name) @definition.class

(struct_declaration
  name: (identifier) @name) @definition.struct

(record_declaration
  name: (identifier) @name) @definition.struct

(interface_declaration
  name: (identifier) @name) @definition.interface

(enum_declaration
  name: (identifier) @name) @definition.enum

(enum_member_declaration
  name: (identifier) @name) @definition.enum_member

(delegate_declaration
  name: (identifier) @name) @definition.type

; Members
(constructor_declaration
  name: (identifier) @name) @definition.constructor

(method_declaration
  name: (identifier) @name) @definition.method

(local_function_statement
  name: (identifier) @name) @definition.function

(operator_declaration
  operator: _ @name) @definition.method

(conversion_operator_declaration
  type: (_) @name) @definition.method

(indexer_declaration
  "this" @name
  [
    accessors: (_) @body
    value: (_) @body
  ]) @definition.property

(property_declaration
  name: (identifier) @name
  [
    accessors: (_) @body
    value: (arrow_expression_clause) @body
  ]) @definition.property

(property_declaration
  name: (identifier) @name) @definition.property

(record_declaration
  (parameter_list
    (parameter
      name: (identifier) @name) @definition.property))

(event_declaration
  name: (identifier) @name
  accessors: (_) @body) @definition.property

; Every name of a declaration is one.
(field_declaration
  (modifier) @_modifier
  (variable_declaration
    (variable_declarator
      name: (identifier) @name))
  (#eq? @_modifier "const")) @definition.constant

([
  (field_declaration
    (variable_declaration
      (variable_declarator
        name: (identifier) @name)))
  (event_field_declaration
    (variable_declaration
      (variable_declarator
        name: (identifier) @name)))
] @definition.field)

; References
(using_directive
  [
    (identifier)
    (qualified_name)
    (alias_qualified_name)
    (generic_name)
  ] @reference.import
  .)

; By the language's custom a base named `IThing` is an interface.
((interface_declaration
  (base_list
    [
      (identifier) @reference.inherit
      (generic_name
        (identifier) @reference.inherit)
      (qualified_name
        name: (identifier) @reference.inherit)
    ])))

((base_list
  [
    (identifier) @reference.implement
    (generic_name
      (identifier) @reference.implement)
    (qualified_name
      name: [
        (identifier) @reference.implement
        (generic_name
          (identifier) @reference.implement)
      ])
  ])
  (#match? @reference.implement "^I[A-Z]"))

((base_list
  [
    (identifier) @reference.inherit
    (generic_name
      (identifier) @reference.inherit)
    (qualified_name
      name: [
        (identifier) @reference.inherit
        (generic_name
          (identifier) @reference.inherit)
      ])
    (primary_constructor_base_type
      type: (identifier) @reference.inherit)
  ])
  (#not-match? @reference.inherit "^I[A-Z]"))

(invocation_expression
  function: [
    (identifier) @reference.call
    (generic_name
      (identifier) @reference.call)
    (member_access_expression
      name: [
        (identifier) @reference.call
        (generic_name
          (identifier) @reference.call)
      ])
    (conditional_access_expression
      (member_binding_expression
        name: [
          (identifier) @reference.call
          (generic_name
            (identifier) @reference.call)
        ]))
  ]
  (#not-eq? @reference.call "nameof"))

(object_creation_expression
  type: [
    (identifier) @reference.call
    (generic_name
      (identifier) @reference.call)
    (qualified_name
      name: (identifier) @reference.call)
  ])

(attribute
  name: [
    (identifier) @reference.reference
    (qualified_name
      name: (identifier) @reference.reference)
  ])

(_
  type: [
    (identifier) @reference.reference
    (generic_name
      (identifier) @reference.reference)
    (qualified_name
      name: (identifier) @reference.reference)
  ])

(method_declaration
  returns: [
    (identifier) @reference.reference
    (generic_name
      (identifier) @reference.reference)
    (qualified_name
      name: (identifier) @reference.reference)
  ])

(type_argument_list
  [
    (identifier) @reference.reference
    (generic_name
      (identifier) @reference.reference)
    (qualified_name
      name: (identifier) @reference.reference)
  ])
; Addresses that are served, and settings that are read
((attribute
  name: (identifier) @_name
  (attribute_argument_list
    .
    (attribute_argument
      (string_literal) @reference.route)))
  (#any-of? @_name "Route" "HttpGet" "HttpPost" "HttpPut" "HttpDelete" "HttpPatch" "HttpHead" "HttpOptions"))

((invocation_expression
  function: (member_access_expression
    name: (identifier) @_method)
  arguments: (argument_list
    .
    (argument
      (string_literal) @reference.route)))
  (#any-of? @_method "MapGet" "MapPost" "MapPut" "MapDelete" "MapPatch" "MapGroup"))

((invocation_expression
  function: (member_access_expression
    name: (identifier) @_method)
  arguments: (argument_list
    .
    (argument
      (string_literal) @reference.config-key)))
  (#eq? @_method "GetEnvironmentVariable"))
