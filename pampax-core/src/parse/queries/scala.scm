(package_clause
  name: (package_identifier) @name) @definition.module

(package_object
  name: (identifier) @name) @definition.module

; Types
(class_definition
  name: (identifier) @name) @definition.class

(object_definition
  name: (identifier) @name) @definition.class

(trait_definition
  name: (identifier) @name) @definition.trait

(enum_definition
  name: (identifier) @name) @definition.enum

(type_definition
  name: (type_identifier) @name) @definition.type

; Every name of a line of cases is one.
(enum_case_definitions
  [
    (simple_enum_case
      name: (identifier) @name)
    (full_enum_case
      name: (identifier) @name)
  ]) @definition.enum_member

; A given with members and an extension are known by the type they are for.
(given_definition
  name: (identifier) @name
  body: (with_template_body)) @definition.impl

(given_definition
  name: (identifier) @name) @definition.constant

(given_definition
  return_type: [
    (type_identifier) @name
    (generic_type
      type: (type_identifier) @name)
  ]) @definition.impl

(extension_definition
  parameters: (parameters
    (parameter
      type: [
        (type_identifier) @name
        (generic_type
          type: (type_identifier) @name)
      ]))) @definition.impl

; Functions
((function_definition
  name: (identifier) @name) @definition.constructor
  (#eq? @name "this"))

(function_definition
  name: (_) @name) @definition.function

(function_declaration
  name: (_) @name) @definition.function

; Parameters of a class that are its fields
(class_definition
  "case"
  class_parameters: (class_parameters
    (class_parameter
      name: (identifier) @name) @definition.field))

(class_parameter
  [
    "val"
    "var"
  ]
  name: (identifier) @name) @definition.field

(full_enum_case
  class_parameters: (class_parameters
    (class_parameter
      name: (identifier) @name) @definition.field))

; Values: constants of a file or an object, fields of a class or a trait
(object_definition
  body: (template_body
    (val_definition
      pattern: (identifier) @name) @definition.constant))

(package_object
  body: (template_body
    (val_definition
      pattern: (identifier) @name) @definition.constant))

(compilation_unit
  [
    (val_definition
      pattern: (identifier) @name) @definition.constant
    (var_definition
      pattern: (identifier) @name) @definition.variable
  ])

(template_body
  [
    (val_definition
      pattern: (identifier) @name)
    (var_definition
      pattern: (identifier) @name)
    (val_declaration
      name: (identifier) @name)
    (var_declaration
      name: (identifier) @name)
  ] @definition.field)

; References
(import_declaration
  path: (identifier) @reference.import
  .)

(import_declaration
  path: (identifier) @reference.import
  .
  (namespace_wildcard))

(namespace_selectors
  [
    (identifier) @reference.import
    (arrow_renamed_identifier
      name: (identifier) @reference.import)
    (as_renamed_identifier
      name: (identifier) @reference.import)
  ])

(extends_clause
  .
  type: [
    (type_identifier) @reference.inherit
    (generic_type
      type: (type_identifier) @reference.inherit)
    (stable_type_identifier
      (type_identifier) @reference.inherit)
  ])

(extends_clause
  (_)
  [
    (type_identifier) @reference.implement
    (generic_type
      type: (type_identifier) @reference.implement)
    (stable_type_identifier
      (type_identifier) @reference.implement)
  ])

(derives_clause
  type: (type_identifier) @reference.implement)

(given_definition
  return_type: [
    (type_identifier) @reference.implement
    (generic_type
      type: (type_identifier) @reference.implement)
  ])

(call_expression
  function: [
    (identifier) @reference.call
    (field_expression
      field: (identifier) @reference.call)
    (generic_function
      function: [
        (identifier) @reference.call
        (field_expression
          field: (identifier) @reference.call)
      ])
  ]
  (#not-any-of? @reference.call "this" "super"))

(instance_expression
  [
    (type_identifier) @reference.call
    (generic_type
      type: (type_identifier) @reference.call)
  ])

(annotation
  name: (type_identifier) @reference.reference)

(_
  type: [
    (type_identifier) @reference.reference
    (generic_type
      type: (type_identifier) @reference.reference)
  ])

(_
  return_type: [
    (type_identifier) @reference.reference
    (generic_type
      type: (type_identifier) @reference.reference)
  ])

(type_arguments
  [
    (type_identifier) @reference.reference
    (generic_type
      type: (type_identifier) @reference.reference)
  ])
