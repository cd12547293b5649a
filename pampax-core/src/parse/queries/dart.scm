(library_name
  (dotted_identifier_list) @name) @definition.module

; Types
(class_declaration
  name: (identifier) @name) @definition.class

(class_declaration
  (mixin_application_class
    .
    (identifier) @name)) @definition.class

(mixin_declaration
  name: (identifier) @name) @definition.trait

(enum_declaration
  name: (identifier) @name) @definition.enum

(enum_entry
  name: (identifier) @name) @definition.enum_member

; An extension without a name is known by the type it extends.
(extension_declaration
  name: (identifier) @name) @definition.impl

(extension_declaration
  class: (type) @name) @definition.impl

(extension_type_declaration
  name: (extension_type_name
    (identifier) @name)) @definition.class

(type_alias
  (type_identifier) @name) @definition.type

; Functions, getters and setters of the file
(function_declaration
  signature: (function_signature
    name: (identifier) @name)) @definition.function

(getter_declaration
  signature: (getter_signature
    name: (identifier) @name)) @definition.property

(setter_declaration
  signature: (setter_signature
    name: (identifier) @name)) @definition.property

(external_function_declaration
  signature: (function_signature
    name: (identifier) @name)) @definition.function

(local_function_declaration
  (function_signature
    name: (identifier) @name)
  (function_body) @body) @definition.function

; Constructors: `User(…)` is named as its class, `User.guest(…)` is `guest`.
(member_declaration
  [
    (declaration
      [
        (constructor_signature
          name: (identifier) @name
          .
          parameters: (_))
        (constant_constructor_signature
          name: (identifier) @name
          .
          (formal_parameter_list))
        (redirecting_factory_constructor_signature
          name: (identifier) @name
          .
          parameters: (_))
        (factory_constructor_signature
          name: (identifier) @name
          .
          parameters: (_))
      ])
    (method_declaration
      signature: (method_signature
        [
          (constructor_signature
            name: (identifier) @name
            .
            parameters: (_))
          (factory_constructor_signature
            name: (identifier) @name
            .
            parameters: (_))
        ])
      body: (_) @body)
  ]) @definition.constructor

; Methods and accessors
(member_declaration
  [
    (declaration
      [
        (function_signature
          name: (identifier) @name)
        (operator_signature
          operator: _ @name)
      ])
    (method_declaration
      signature: (method_signature
        [
          (function_signature
            name: (identifier) @name)
          (operator_signature
            operator: _ @name)
        ])
      body: (_) @body)
  ]) @definition.method

(member_declaration
  [
    (declaration
      [
        (getter_signature
          name: (identifier) @name)
        (setter_signature
          name: (identifier) @name)
      ])
    (method_declaration
      signature: (method_signature
        [
          (getter_signature
            name: (identifier) @name)
          (setter_signature
            name: (identifier) @name)
        ])
      body: (_) @body)
  ]) @definition.property

; Fields, constants, variables: every name of a declaration is one.
(member_declaration
  (declaration
    (static_final_declaration_list
      (static_final_declaration
        name: (identifier) @name)))) @definition.constant

(member_declaration
  (declaration
    (initialized_identifier_list
      (initialized_identifier
        name: (identifier) @name)))) @definition.field

(top_level_variable_declaration
  (static_final_declaration_list
    (static_final_declaration
      name: (identifier) @name))) @definition.constant

(top_level_variable_declaration
  (initialized_identifier_list
    (initialized_identifier
      name: (identifier) @name))) @definition.variable

; References
(uri
  (string_literal
    (_
      (_) @reference.import)))

(superclass
  type: (type
    (type_identifier) @reference.inherit))

(mixins
  (type
    (type_identifier) @reference.implement))

(interfaces
  (type
    (type_identifier) @reference.implement))

(mixin_declaration
  (type
    (type_identifier) @reference.inherit))

(call_expression
  function: [
    (identifier) @reference.call
    (member_expression
      property: (identifier) @reference.call)
    (null_aware_member_expression
      property: (identifier) @reference.call)
  ])

(cascade_call_expression
  property: (identifier) @reference.call)

(new_expression
  type: (type
    .
    (type_identifier) @reference.call))

(const_object_expression
  type: (type
    .
    (type_identifier) @reference.call))

(annotation
  name: (identifier) @reference.reference)

(call_expression
  function: (member_expression
    object: (identifier) @reference.reference)
  (#match? @reference.reference "^_*[A-Z]"))

(type
  .
  (type_identifier) @reference.reference)
