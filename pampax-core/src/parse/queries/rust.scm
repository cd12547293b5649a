; Definitions
(mod_item name: (identifier) @name) @definition.module
(struct_item name: (type_identifier) @name) @definition.struct
(union_item name: (type_identifier) @name) @definition.struct
(enum_item name: (type_identifier) @name) @definition.enum
(enum_variant name: (identifier) @name) @definition.enum_member
(trait_item name: (type_identifier) @name) @definition.trait
(impl_item type: (type_identifier) @name) @definition.impl
(impl_item type: (generic_type type: (type_identifier) @name)) @definition.impl
(impl_item type: (scoped_type_identifier name: (type_identifier) @name)) @definition.impl
(impl_item type: (generic_type type: (scoped_type_identifier name: (type_identifier) @name))) @definition.impl
(impl_item type: (reference_type type: (type_identifier) @name)) @definition.impl
(impl_item type: (reference_type type: (generic_type type: (type_identifier) @name))) @definition.impl
(impl_item type: (_) @name) @definition.impl
(type_item name: (type_identifier) @name) @definition.type
(associated_type name: (type_identifier) @name) @definition.type
(function_item name: (identifier) @name) @definition.function
(function_signature_item name: (identifier) @name) @definition.function
(macro_definition name: (identifier) @name) @definition.macro
(const_item name: (identifier) @name) @definition.constant
(static_item name: (identifier) @name) @definition.variable
(field_declaration name: (field_identifier) @name) @definition.field

; References
(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression field: (field_identifier) @reference.call))
(call_expression function: (scoped_identifier name: (identifier) @reference.call))
(call_expression function: (generic_function function: (identifier) @reference.call))
(call_expression function: (generic_function function: (scoped_identifier name: (identifier) @reference.call)))
(call_expression function: (generic_function function: (field_expression field: (field_identifier) @reference.call)))
(macro_invocation macro: (identifier) @reference.call)
(macro_invocation macro: (scoped_identifier name: (identifier) @reference.call))
(use_declaration argument: (_) @reference.import)
(extern_crate_declaration name: (identifier) @reference.import)
(impl_item trait: (type_identifier) @reference.implement)
(impl_item trait: (generic_type type: (type_identifier) @reference.implement))
(impl_item trait: (scoped_type_identifier name: (type_identifier) @reference.implement))
(trait_item bounds: (trait_bounds (type_identifier) @reference.inherit))
(type_identifier) @reference.reference
; Within the tokens of a macro, what looks like a call is one.
((token_tree (identifier) @reference.call . (token_tree "(") @_arguments)
  (#not-any-of? @_arguments "(_)" "(..)"))

; Addresses that are served, and settings that are read
(call_expression
  function: (field_expression field: (field_identifier) @_method)
  arguments: (arguments . (string_literal) @reference.route . (_))
  (#any-of? @_method "route" "nest" "route_service" "nest_service")
  (#match? @reference.route "^.[/]"))
(attribute_item (attribute (identifier) @_method arguments: (token_tree . (string_literal) @reference.route))
  (#any-of? @_method "get" "post" "put" "delete" "patch" "head" "options"))
(call_expression
  function: (scoped_identifier path: (_) @_module name: (identifier) @_function)
  arguments: (arguments . (string_literal) @reference.config-key)
  (#any-of? @_module "env" "std::env") (#any-of? @_function "var" "var_os"))
(macro_invocation macro: (identifier) @_macro (token_tree . (string_literal) @reference.config-key)
  (#any-of? @_macro "env" "option_env"))
