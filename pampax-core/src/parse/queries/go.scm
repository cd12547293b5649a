; Definitions
(type_spec name: (type_identifier) @name type: (struct_type (field_declaration_list) @body)) @definition.struct
(type_spec name: (type_identifier) @name type: (interface_type "{" @body)) @definition.interface
(type_spec name: (type_identifier) @name) @definition.type
(type_alias name: (type_identifier) @name) @definition.type
(field_declaration name: (field_identifier) @name) @definition.field
(method_elem name: (field_identifier) @name) @definition.method
(function_declaration name: (identifier) @name) @definition.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: (_) @qualifier))
  name: (field_identifier) @name) @definition.method
(source_file (const_declaration (const_spec name: (identifier) @name) @definition.constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @definition.variable))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @definition.variable)))

; References
(call_expression function: (identifier) @reference.call
  (#not-any-of? @reference.call "append" "cap" "close" "copy" "delete" "len" "make" "new" "panic" "print" "println" "recover"))
(call_expression function: (selector_expression field: (field_identifier) @reference.call))
(call_expression function: (index_expression operand: (identifier) @reference.call))
(import_spec path: (_) @reference.import)
(field_declaration !name type: (type_identifier) @reference.inherit)
(field_declaration !name type: (qualified_type name: (type_identifier) @reference.inherit))
(interface_type (type_elem (type_identifier) @reference.inherit))
((type_identifier) @reference.reference
  (#not-any-of? @reference.reference
    "any" "bool" "byte" "comparable" "error" "float32" "float64" "int" "int8" "int16" "int32" "int64" "rune" "string"
    "uint" "uint8" "uint16" "uint32" "uint64" "uintptr"))
; Addresses that are served, and settings that are read
(call_expression
  function: (selector_expression field: (field_identifier) @_method)
  arguments: (argument_list . [(interpreted_string_literal) (raw_string_literal)] @reference.route . (_))
  (#match? @_method "^(Get|Post|Put|Delete|Patch|Head|Options|Handle|HandleFunc|Route|Mount|Any|GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)$")
  (#match? @reference.route "^.([A-Z]+ )?[/]"))
(call_expression
  function: (selector_expression operand: (identifier) @_package field: (field_identifier) @_method)
  arguments: (argument_list . [(interpreted_string_literal) (raw_string_literal)] @reference.config-key)
  (#any-of? @_package "os" "syscall" "viper")
  (#any-of? @_method "Getenv" "LookupEnv" "Get" "GetString" "GetInt" "GetBool" "GetDuration"))
