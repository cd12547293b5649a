(package_header
  (qualified_identifier) @name) @definition.module

; Classes, interfaces, objects
(class_declaration
  (modifiers
    (class_modifier
      "enum"))
  name: (identifier) @name
  [
    (class_body)
    (enum_class_body)
  ]? @body) @definition.enum

(class_declaration
  "interface"
  name: (identifier) @name
  [
    (class_body)
    (enum_class_body)
  ]? @body) @definition.interface

(class_declaration
  "class"
  name: (identifier) @name
  [
    (class_body)
    (enum_class_body)
  ]? @body) @definition.class

(object_declaration
  name: (identifier) @name
  (class_body)? @body) @definition.class

; The members of an unnamed companion are members of its class.
(companion_object
  name: (identifier) @name
  (class_body)? @body) @definition.class

(type_alias
  type: (identifier) @name) @definition.type

(enum_entry
  (identifier) @name
  (class_body)? @body) @definition.enum_member

(secondary_constructor
  "constructor" @name
  (block)? @body) @definition.constructor

; Extension functions, then the others
(function_declaration
  [
    (user_type) @qualifier
    (nullable_type
      (user_type) @qualifier)
  ]
  name: (identifier) @name
  (function_body)? @body) @definition.function

(function_declaration
  name: (identifier) @name
  (function_body)? @body) @definition.function

; Properties
(class_parameter
  [
    "val"
    "var"
  ]
  .
  (identifier) @name) @definition.property

([
  (source_file
    (property_declaration
      (modifiers
        (property_modifier))
      (variable_declaration
        (identifier) @name)) @definition.constant)
  (class_body
    (property_declaration
      (modifiers
        (property_modifier))
      (variable_declaration
        (identifier) @name)) @definition.constant)
])

(source_file
  (property_declaration
    [
      (user_type) @qualifier
      (nullable_type
        (user_type) @qualifier)
    ]
    (variable_declaration
      (identifier) @name)
    (getter)? @body) @definition.property)

(source_file
  (property_declaration
    (variable_declaration
      (identifier) @name)
    (getter) @body) @definition.property)

(source_file
  (property_declaration
    "val"
    (variable_declaration
      (identifier) @name)) @definition.constant)

(source_file
  (property_declaration
    "var"
    (variable_declaration
      (identifier) @name)) @definition.variable)

(class_body
  (property_declaration
    [
      (user_type) @qualifier
      (nullable_type
        (user_type) @qualifier)
    ]
    (variable_declaration
      (identifier) @name)
    (getter)? @body) @definition.property)

([
  (class_body
    (property_declaration
      (variable_declaration
        (identifier) @name)
      (getter)? @body) @definition.property)
  (enum_class_body
    (property_declaration
      (variable_declaration
        (identifier) @name)
      (getter)? @body) @definition.property)
])

; References
(import
  (qualified_identifier) @reference.import)

; A class is constructed where it is extended; an interface never is.
(delegation_specifier
  (constructor_invocation
    (user_type
      (identifier) @reference.inherit)))

(class_declaration
  "interface"
  (delegation_specifiers
    (delegation_specifier
      (user_type
        (identifier) @reference.inherit))))

(delegation_specifier
  [
    (user_type
      (identifier) @reference.implement)
    (explicit_delegation
      .
      (user_type
        (identifier) @reference.implement))
  ])

(call_expression
  .
  [
    (identifier) @reference.call
    (navigation_expression
      (identifier) @reference.call
      .)
  ])

(callable_reference
  (identifier) @reference.reference
  .)

(user_type
  (identifier) @reference.reference)
