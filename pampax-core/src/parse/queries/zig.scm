; `const Name = struct { … }` and its kin, at the level of a file or a container
(variable_declaration
  .
  (identifier) @name
  (struct_declaration
    "{" @body)) @definition.struct

(variable_declaration
  .
  (identifier) @name
  (union_declaration
    "{" @body)) @definition.struct

(variable_declaration
  .
  (identifier) @name
  (enum_declaration
    "{" @body)) @definition.enum

(variable_declaration
  .
  (identifier) @name
  (error_set_declaration
    "{" @body)) @definition.enum

(variable_declaration
  .
  (identifier) @name
  (opaque_declaration
    "{" @body)) @definition.type

; `fn List(comptime T: type) type { return struct { … }; }` makes a type.
(function_declaration
  name: (identifier) @name
  type: (builtin_type) @_type
  body: (block
    (expression_statement
      (return_expression
        [
          (struct_declaration)
          (union_declaration)
          (enum_declaration)
        ])))
  (#eq? @_type "type")) @definition.struct

(function_declaration
  name: (identifier) @name) @definition.function

; Fields and members
(struct_declaration
  (container_field
    name: (identifier) @name
    type: (_)) @definition.field)

(source_file
  (container_field
    name: (identifier) @name
    type: (_)) @definition.field)

(union_declaration
  (container_field
    name: (identifier) @name) @definition.field)

(enum_declaration
  (container_field
    name: (identifier) @name) @definition.enum_member)

(error_set_declaration
  (identifier) @name @definition.enum_member)

; Tests
(test_declaration
  [
    (string)
    (identifier)
  ] @name
  (block) @body) @definition.target

; Constants and variables of a file or a container. An import and a short name for something
; elsewhere (`const Allocator = std.mem.Allocator`) define nothing.
([
  (source_file
    (variable_declaration
      "const"
      .
      (identifier) @name
      (_) @_value
      .
      ";") @definition.constant)
  (struct_declaration
    (variable_declaration
      "const"
      .
      (identifier) @name
      (_) @_value
      .
      ";") @definition.constant)
  (union_declaration
    (variable_declaration
      "const"
      .
      (identifier) @name
      (_) @_value
      .
      ";") @definition.constant)
  (enum_declaration
    (variable_declaration
      "const"
      .
      (identifier) @name
      (_) @_value
      .
      ";") @definition.constant)
  (opaque_declaration
    (variable_declaration
      "const"
      .
      (identifier) @name
      (_) @_value
      .
      ";") @definition.constant)
]
  (#not-match? @_value "^(@import|@cImport|@This|[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)+$)"))

; A dotted path under another name is a constant of its own.
([
  (source_file
    (variable_declaration
      "const"
      .
      (identifier) @name
      (field_expression
        member: (identifier) @_member) @_value
      .
      ";") @definition.constant)
  (struct_declaration
    (variable_declaration
      "const"
      .
      (identifier) @name
      (field_expression
        member: (identifier) @_member) @_value
      .
      ";") @definition.constant)
]
  (#not-eq? @name @_member)
  (#not-match? @_value "^@import"))

([
  (source_file
    (variable_declaration
      "var"
      .
      (identifier) @name) @definition.variable)
  (struct_declaration
    (variable_declaration
      "var"
      .
      (identifier) @name) @definition.variable)
])

; References
(builtin_function
  (builtin_identifier) @_builtin
  (arguments
    .
    (string
      (string_content) @reference.import))
  (#any-of? @_builtin "@import" "@cInclude" "@embedFile"))

(call_expression
  function: [
    (identifier) @reference.call
    (field_expression
      member: (identifier) @reference.call)
  ])

(_
  type: [
    (identifier) @reference.reference
    (field_expression
      member: (identifier) @reference.reference)
  ])

(pointer_type
  (identifier) @reference.reference)

(nullable_type
  (identifier) @reference.reference)

(slice_type
  (identifier) @reference.reference)

(array_type
  (identifier) @reference.reference)

(error_union_type
  [
    error: (identifier) @reference.reference
    ok: (identifier) @reference.reference
  ])

(struct_initializer
  (identifier) @reference.reference)
