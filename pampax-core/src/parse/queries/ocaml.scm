; Modules and module types
(module_binding (module_name) @name [body: (structure) module_type: (signature)]? @body) @definition.module
(module_type_definition (module_type_name) @name) @definition.interface

; Types with their fields and cases
(type_binding name: (type_constructor) @name body: (record_declaration) @body) @definition.struct
(type_binding
  name: (type_constructor) @name
  body: [(variant_declaration) (polymorphic_variant_type)] @body) @definition.enum
(type_binding name: (type_constructor) @name) @definition.type
(type_binding
  name: (type_constructor_path) @qualifier
  body: (variant_declaration (constructor_declaration (constructor_name) @name) @definition.enum_member))
(variant_declaration (constructor_declaration (constructor_name) @name) @definition.enum_member)
(type_binding body: (polymorphic_variant_type (tag_specification (tag) @name) @definition.enum_member))
(field_declaration (field_name) @name) @definition.field
(exception_definition (constructor_declaration (constructor_name) @name)) @definition.type

; Values of a module; `let ... in` inside an expression is no item of a structure.
(_structure_item/value_definition
  (let_binding
    pattern: [(value_name) (parenthesized_operator)] @name
    (parameter)
    body: (_) @body) @definition.function)
(_structure_item/value_definition
  (let_binding
    pattern: [(value_name) (parenthesized_operator)] @name
    body: [(fun_expression) (function_expression)] @body) @definition.function)
(_structure_item/value_definition
  (let_binding pattern: [(value_name) (parenthesized_operator)] @name) @definition.constant)
(_structure_item/value_definition
  (attribute_id) @_test
  (let_binding pattern: (string) @name body: (_) @body) @definition.target
  (#match? @_test "test$"))
(value_specification [(value_name) (parenthesized_operator)] @name type: (function_type)) @definition.function
(value_specification [(value_name) (parenthesized_operator)] @name) @definition.constant
(external [(value_name) (parenthesized_operator)] @name) @definition.function

; Classes
(class_binding (class_name) @name) @definition.class
(class_type_binding (class_type_name) @name) @definition.interface
(method_definition (method_name) @name) @definition.method
(method_specification (method_name) @name) @definition.method
(instance_variable_definition (instance_variable_name) @name) @definition.field
(inheritance_definition (class_path) @reference.inherit)
(inheritance_specification (class_type_path) @reference.inherit)

; Imports
(open_module module: (_) @reference.import)
(open_module_signature module: (_) @reference.import)
(include_module module: [(module_path) (module_application functor: (module_path))] @reference.import)
(include_module_type module_type: (module_type_path) @reference.import)
(module_binding body: (module_path) @reference.import)
(module_binding body: (module_application functor: (_) @reference.import))
(module_binding module_type: (module_type_path) @reference.implement)

; Calls
(application_expression function: (value_path (value_name) @reference.call))
(infix_expression
  operator: (rel_operator) @_pipe
  right: (value_path (value_name) @reference.call)
  (#eq? @_pipe "|>"))
(infix_expression
  left: (value_path (value_name) @reference.call)
  operator: (concat_operator) @_apply
  (#eq? @_apply "@@"))
(method_invocation method: (method_name) @reference.call)
