; Types
(class_declaration
  declaration_kind: "class"
  name: (_) @name) @definition.class

(class_declaration
  declaration_kind: "actor"
  name: (_) @name) @definition.class

(class_declaration
  declaration_kind: "struct"
  name: (_) @name) @definition.struct

(class_declaration
  declaration_kind: "enum"
  name: (_) @name) @definition.enum

(class_declaration
  declaration_kind: "extension"
  name: (_) @name) @definition.impl

(protocol_declaration
  name: (type_identifier) @name) @definition.interface

(typealias_declaration
  name: (type_identifier) @name) @definition.type

(associatedtype_declaration
  name: (type_identifier) @name) @definition.type

(macro_declaration
  (simple_identifier) @name
  definition: (_)? @body) @definition.macro

; Every name of a line of cases is one.
(enum_entry
  name: (simple_identifier) @name) @definition.enum_member

; Functions; the name of an operator is a bare token.
(function_declaration
  name: [
    (simple_identifier)
    (custom_operator)
    (bang)
    "!="
    "!=="
    "%"
    "%="
    "&"
    "*"
    "*="
    "+"
    "++"
    "+="
    "-"
    "--"
    "-="
    "/"
    "/="
    "<"
    "<<"
    "<="
    "=="
    "==="
    ">"
    ">="
    ">>"
    "^"
    "|"
    "~"
  ] @name) @definition.function

(protocol_function_declaration
  name: (simple_identifier) @name) @definition.method

(init_declaration
  "init" @name) @definition.constructor

(deinit_declaration
  "deinit" @name) @definition.method

(subscript_declaration
  "subscript" @name
  (computed_property)? @body) @definition.method

; Properties of types
([
  (class_body
    (property_declaration
      name: (pattern
        bound_identifier: (simple_identifier) @name)
      computed_value: (_)? @body) @definition.property)
  (enum_class_body
    (property_declaration
      name: (pattern
        bound_identifier: (simple_identifier) @name)
      computed_value: (_)? @body) @definition.property)
])

(protocol_property_declaration
  name: (pattern
    bound_identifier: (simple_identifier) @name)) @definition.property

; Constants and variables of the file
(source_file
  (property_declaration
    (value_binding_pattern
      mutability: "let")
    name: (pattern
      bound_identifier: (simple_identifier) @name)) @definition.constant)

(source_file
  (property_declaration
    name: (pattern
      bound_identifier: (simple_identifier) @name)
    computed_value: (_) @body) @definition.property)

(source_file
  (property_declaration
    name: (pattern
      bound_identifier: (simple_identifier) @name)) @definition.variable)

; References
(import_declaration
  (identifier) @reference.import)

; A class names its superclass first; a protocol extends all it names.
(class_declaration
  declaration_kind: "class"
  [
    (type_identifier)
    (type_parameters)
  ]
  .
  (inheritance_specifier
    inherits_from: (user_type
      (type_identifier) @reference.inherit)))

(protocol_declaration
  (inheritance_specifier
    inherits_from: (user_type
      (type_identifier) @reference.inherit)))

(inheritance_specifier
  inherits_from: (user_type
    (type_identifier) @reference.implement))

(call_expression
  .
  [
    (simple_identifier) @reference.call
    (navigation_expression
      suffix: (navigation_suffix
        suffix: (simple_identifier) @reference.call))
  ]
  (call_suffix
    [
      (value_arguments
        "(")
      (lambda_literal)
    ]))

(constructor_expression
  (user_type
    (type_identifier) @reference.call))

(macro_invocation
  (simple_identifier) @reference.call)

(user_type
  (type_identifier) @reference.reference)
