; Functions: `function f`, `local function f`, `function M.f`, `function M:f`.
(function_declaration
  name: (identifier) @name) @definition.function

(function_declaration
  name: (dot_index_expression
    table: (_) @qualifier
    field: (identifier) @name)) @definition.function

(function_declaration
  name: (method_index_expression
    table: (_) @qualifier
    method: (identifier) @name)) @definition.function

; Functions by assignment: `local f = function`, `M.f = function`, `M["f"] = function`.
(variable_declaration
  (assignment_statement
    (variable_list
      .
      name: (identifier) @name)
    (expression_list
      .
      value: (function_definition
        body: (_)? @body)))) @definition.function

([
  (chunk
    (assignment_statement
      (variable_list
        .
        name: (identifier) @name)
      (expression_list
        .
        value: (function_definition
          body: (_)? @body))) @definition.function)
  (block
    (assignment_statement
      (variable_list
        .
        name: (identifier) @name)
      (expression_list
        .
        value: (function_definition
          body: (_)? @body))) @definition.function)
])

(assignment_statement
  (variable_list
    .
    name: (dot_index_expression
      table: (_) @qualifier
      field: (identifier) @name))
  (expression_list
    .
    value: (function_definition
      body: (_)? @body))) @definition.function

(assignment_statement
  (variable_list
    .
    name: (bracket_index_expression
      table: (_) @qualifier
      field: (string
        content: (string_content) @name)))
  (expression_list
    .
    value: (function_definition
      body: (_)? @body))) @definition.function

; Functions in tables: `{ f = function … }`, `{ ["f"] = function … }`.
(field
  name: (identifier) @name
  value: (function_definition
    body: (_)? @body)) @definition.function

(field
  name: (string
    content: (string_content) @name)
  value: (function_definition
    body: (_)? @body)) @definition.function

; Names of the file's own level; `local x = require …` is an import.
([
  (chunk
    (variable_declaration
      (assignment_statement
        (variable_list
          .
          name: (identifier) @name))) @definition.constant)
  (chunk
    (assignment_statement
      (variable_list
        .
        name: (identifier) @name)) @definition.constant)
]
  (#match? @name "^[A-Z][A-Z0-9_]+$"))

([
  (chunk
    (variable_declaration
      (assignment_statement
        (variable_list
          .
          name: (identifier) @name)
        (expression_list
          .
          value: (_) @_value))) @definition.variable)
  (chunk
    (assignment_statement
      (variable_list
        .
        name: (identifier) @name)
      (expression_list
        .
        value: (_) @_value)) @definition.variable)
]
  (#not-match? @_value "^require\\b"))

(chunk
  (assignment_statement
    (variable_list
      .
      name: (dot_index_expression
        table: (_) @qualifier
        field: (identifier) @name))) @definition.field
  (#not-match? @name "^__"))

; References
(function_call
  name: (identifier) @_function
  arguments: (arguments
    .
    (string
      content: (string_content) @reference.import))
  (#any-of? @_function "require" "dofile" "loadfile" "import"))

(function_call
  name: (identifier) @_function
  arguments: (arguments
    (table_constructor
      (field
        name: (identifier) @_key
        value: [
          (identifier) @reference.inherit
          (dot_index_expression
            field: (identifier) @reference.inherit)
        ])))
  (#eq? @_function "setmetatable")
  (#eq? @_key "__index"))

(function_call
  name: (identifier) @reference.call
  (#not-any-of? @reference.call "require" "setmetatable"))

(function_call
  name: [
    (dot_index_expression
      field: (identifier) @reference.call)
    (method_index_expression
      method: (identifier) @reference.call)
  ])
