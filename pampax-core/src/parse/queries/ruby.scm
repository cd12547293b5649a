; Modules and classes; `class << self` adds no name of its own. A comment before the first
; statement belongs to the body.
(module
  name: [
    (constant) @name
    (scope_resolution
      scope: (_) @qualifier
      name: (constant) @name)
  ]
  .
  (comment)? @body) @definition.module

(class
  name: [
    (constant) @name
    (scope_resolution
      scope: (_) @qualifier
      name: (constant) @name)
  ]
  .
  (superclass)?
  .
  (comment)? @body) @definition.class

((assignment
  left: (constant) @name
  right: (call
    receiver: (constant) @_receiver
    method: (identifier) @_method
    block: (_)? @body)) @definition.class
  (#any-of? @_receiver "Struct" "Class" "Data")
  (#any-of? @_method "new" "define"))

; Methods
((method
  name: (identifier) @name
  .
  (method_parameters)?
  .
  (comment)? @body) @definition.constructor
  (#eq? @name "initialize"))

(program
  (method
    name: (_) @name
    .
    (method_parameters)?
    .
    (comment)? @body) @definition.function)

(method
  name: (_) @name
  .
  (method_parameters)?
  .
  (comment)? @body) @definition.method

(singleton_method
  object: (self)
  name: (_) @name
  .
  (method_parameters)?
  .
  (comment)? @body) @definition.method

(singleton_method
  object: [
    (constant)
    (identifier)
  ] @qualifier
  name: (_) @name) @definition.method

(alias
  name: (_) @name) @definition.method

((call
  method: (identifier) @_method
  arguments: (argument_list
    .
    [
      (simple_symbol)
      (string)
    ] @name)
  block: (_)? @body) @definition.method
  (#any-of? @_method "define_method" "define_singleton_method" "alias_method" "scope"))

; Attributes: every name of a line is one.
((call
  method: (identifier) @_method
  arguments: (argument_list
    [
      (simple_symbol)
      (string)
    ] @name)) @definition.property
  (#match? @_method "^([cm]?attr(_accessor|_reader|_writer)?|class_attribute)$"))

((call
  method: (identifier) @_method
  arguments: (argument_list
    .
    (simple_symbol) @name)) @definition.property
  (#any-of? @_method "has_many" "has_one" "belongs_to" "has_and_belongs_to_many"))

; Constants and class variables
(assignment
  left: (constant) @name) @definition.constant

(class
  body: (body_statement
    (assignment
      left: (class_variable) @name) @definition.field))

(module
  body: (body_statement
    (assignment
      left: (class_variable) @name) @definition.field))

; Named tests and tasks
((call
  !receiver
  method: (identifier) @_method
  arguments: (argument_list
    .
    [
      (string) @name
      (simple_symbol) @name
      (constant) @name
      (scope_resolution) @name
      (pair
        key: (_) @name)
    ])
  block: (_) @body) @definition.target
  (#any-of? @_method "describe" "context" "it" "specify" "test" "scenario" "feature" "task" "namespace"))

((call
  !receiver
  method: (identifier) @_method
  arguments: (argument_list
    .
    (pair
      key: [
        (hash_key_symbol)
        (string)
        (simple_symbol)
      ] @name))) @definition.target
  (#eq? @_method "task"))

; References
((call
  method: (identifier) @_method
  arguments: (argument_list
    .
    (string
      (string_content) @reference.import)))
  (#any-of? @_method "require" "require_relative" "load"))

((call
  method: (identifier) @_method
  arguments: (argument_list
    .
    (simple_symbol)
    .
    (string
      (string_content) @reference.import)))
  (#eq? @_method "autoload"))

(superclass
  [
    (constant) @reference.inherit
    (scope_resolution
      name: (constant) @reference.inherit)
  ])

((call
  !receiver
  method: (identifier) @_method
  arguments: (argument_list
    [
      (constant) @reference.implement
      (scope_resolution
        name: (constant) @reference.implement)
    ]))
  (#any-of? @_method "include" "extend" "prepend"))

((call
  method: [
    (identifier)
    (constant)
  ] @reference.call)
  (#not-any-of? @reference.call
    "require" "require_relative" "load" "autoload" "include" "extend" "prepend" "attr" "attr_accessor"
    "attr_reader" "attr_writer" "define_method" "alias_method" "private" "public" "protected"
    "module_function" "private_constant" "raise"))

(call
  receiver: [
    (constant) @reference.reference
    (scope_resolution
      name: (constant) @reference.reference)
  ])

((call
  method: (identifier) @_method
  arguments: (argument_list
    [
      (constant) @reference.reference
      (scope_resolution
        name: (constant) @reference.reference)
    ]))
  (#not-any-of? @_method "include" "extend" "prepend"))

(exceptions
  [
    (constant) @reference.reference
    (scope_resolution
      name: (constant) @reference.reference)
  ])
; Addresses that are served, and settings that are read
((call
  !receiver
  method: (identifier) @_method
  arguments: (argument_list
    .
    (string) @reference.route))
  (#any-of? @_method "get" "post" "put" "patch" "delete" "match")
  (#match? @reference.route "^.[/]"))

((element_reference
  object: (constant) @_settings
  .
  (string) @reference.config-key)
  (#eq? @_settings "ENV"))

((call
  receiver: (constant) @_settings
  method: (identifier) @_method
  arguments: (argument_list
    .
    (string) @reference.config-key))
  (#eq? @_settings "ENV")
  (#any-of? @_method "fetch" "key?"))
