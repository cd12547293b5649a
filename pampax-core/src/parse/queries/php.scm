(namespace_definition
  name: (namespace_name) @name) @definition.module

; Types
(class_declaration
  name: (name) @name) @definition.class

(interface_declaration
  name: (name) @name) @definition.interface

(trait_declaration
  name: (name) @name) @definition.trait

(enum_declaration
  name: (name) @name) @definition.enum

(enum_case
  name: (name) @name) @definition.enum_member

; Functions
((method_declaration
  name: (name) @name) @definition.constructor
  (#eq? @name "__construct"))

(method_declaration
  name: (name) @name) @definition.method

(function_definition
  name: (name) @name) @definition.function

(program
  (expression_statement
    (assignment_expression
      left: (variable_name
        (name) @name)
      right: [
        (anonymous_function
          body: (_) @body)
        (arrow_function
          body: (_) @body)
      ])) @definition.function)

; Properties, those with hooks first
(property_declaration
  (property_element
    name: (variable_name
      (name) @name))
  (property_hook_list) @body) @definition.property

(property_declaration
  (property_element
    name: (variable_name
      (name) @name))) @definition.field

; Constants and variables of the file
(const_declaration
  (const_element
    .
    (name) @name)) @definition.constant

((expression_statement
  (function_call_expression
    function: (name) @_function
    arguments: (arguments
      .
      (argument
        (string
          (string_content) @name))))) @definition.constant
  (#eq? @_function "define"))

(program
  (expression_statement
    (assignment_expression
      left: (variable_name
        (name) @name))) @definition.variable)

; References
(namespace_use_clause
  .
  [
    (name)
    (qualified_name)
  ] @reference.import)

([
  (include_expression
    [
      (string
        (string_content) @reference.import)
      (binary_expression
        right: (string
          (string_content) @reference.import))
    ])
  (include_once_expression
    [
      (string
        (string_content) @reference.import)
      (binary_expression
        right: (string
          (string_content) @reference.import))
    ])
  (require_expression
    [
      (string
        (string_content) @reference.import)
      (binary_expression
        right: (string
          (string_content) @reference.import))
    ])
  (require_once_expression
    [
      (string
        (string_content) @reference.import)
      (binary_expression
        right: (string
          (string_content) @reference.import))
    ])
])

(base_clause
  [
    (name) @reference.inherit
    (qualified_name
      (name) @reference.inherit)
  ])

(class_interface_clause
  [
    (name) @reference.implement
    (qualified_name
      (name) @reference.implement)
  ])

(use_declaration
  [
    (name) @reference.implement
    (qualified_name
      (name) @reference.implement)
  ])

(function_call_expression
  function: [
    (name) @reference.call
    (qualified_name
      (name) @reference.call)
  ]
  (#not-eq? @reference.call "define"))

(scoped_call_expression
  name: (name) @reference.call)

(member_call_expression
  name: (name) @reference.call)

(nullsafe_member_call_expression
  name: (name) @reference.call)

(object_creation_expression
  [
    (name) @reference.call
    (qualified_name
      (name) @reference.call)
  ]
  (#not-any-of? @reference.call "static" "self" "parent"))

(scoped_call_expression
  scope: [
    (name) @reference.reference
    (qualified_name
      (name) @reference.reference)
  ])

(class_constant_access_expression
  .
  [
    (name) @reference.reference
    (qualified_name
      (name) @reference.reference)
  ])

(named_type
  [
    (name) @reference.reference
    (qualified_name
      (name) @reference.reference)
  ]
  (#not-any-of? @reference.reference "static" "self" "parent"))

(attribute
  [
    (name) @reference.reference
    (qualified_name
      (name) @reference.reference)
  ])
; Addresses that are served, and settings that are read
((scoped_call_expression
  scope: (name) @_class
  name: (name) @_method
  arguments: (arguments
    .
    (argument
      [
        (string)
        (encapsed_string)
      ] @reference.route)))
  (#eq? @_class "Route")
  (#any-of? @_method "get" "post" "put" "patch" "delete" "options" "any" "view" "redirect" "resource" "prefix"))

((function_call_expression
  function: (name) @_function
  arguments: (arguments
    .
    (argument
      [
        (string)
        (encapsed_string)
      ] @reference.config-key)))
  (#any-of? @_function "config" "env" "getenv"))
