; The module is the whole file.
(haskell (header module: (module) @name) . (_)? @body) @definition.module

; Types with their constructors and fields
(data_type
  name: (_) @name
  constructors: (data_constructors . (data_constructor (record)) .) @body) @definition.struct
(data_type name: (_) @name constructors: (_) @body) @definition.enum
(data_type name: (_) @name) @definition.type
(newtype name: (_) @name) @definition.type
(type_synonym name: (_) @name) @definition.type
(type_family name: (_) @name closed_family: (_)? @body) @definition.type
(data_family name: (_) @name) @definition.type

; A lone constructor with its type's name is not listed again.
(data_type
  name: (_) @_type
  constructors: (data_constructors
    (data_constructor [
      (prefix name: (_) @name)
      (record name: (_) @name)
      (infix operator: (_) @name)
    ]) @definition.enum_member)
  (#not-eq? @name @_type))
(data_type
  constructors: (gadt_constructors
    (gadt_constructor name: (_) @name) @definition.enum_member))
(newtype
  name: (_) @_type
  constructor: (newtype_constructor name: (_) @name) @definition.enum_member
  (#not-eq? @name @_type))
(field name: (field_name (variable) @name)) @definition.field

; Classes and instances
(class name: (_) @name declarations: (_)? @body) @definition.trait
(instance
  name: (_) @qualifier
  patterns: (type_patterns . [
    (name) @name
    (qualified id: (name) @name)
    (parens type: (apply constructor: (name) @name))
    (parens type: (apply constructor: (apply constructor: (name) @name)))
  ])
  declarations: (_)? @body) @definition.impl
(instance name: (_) @name declarations: (_)? @body) @definition.impl
(instance name: (_) @reference.implement)
(deriving_instance name: (_) @reference.implement)
(deriving classes: (_ [(name) (qualified)] @reference.implement))
(deriving classes: [(name) (qualified)] @reference.implement)

; Functions and constants. The signature before an equation belongs to its span; the bindings of `where` and `let` are local.
(class_declarations (signature name: [(variable) (prefix_id)] @name) @definition.function)
(class_declarations (signature names: (binding_list name: [(variable) (prefix_id)] @name)) @definition.function)
[
  (declarations (function name: [(variable) (prefix_id)] @name match: (_) @body) @definition.function)
  (class_declarations (function name: [(variable) (prefix_id)] @name match: (_) @body) @definition.function)
  (instance_declarations (function name: [(variable) (prefix_id)] @name match: (_) @body) @definition.function)
  (ERROR (function name: [(variable) (prefix_id)] @name match: (_) @body) @definition.function)
]
[
  (declarations
    (function (infix operator: [(operator) @name (infix_id (variable) @name)]) match: (_) @body) @definition.function)
  (instance_declarations
    (function (infix operator: [(operator) @name (infix_id (variable) @name)]) match: (_) @body) @definition.function)
]
[
  (class_declarations (bind name: [(variable) (prefix_id)] @name match: (_) @body) @definition.function)
  (instance_declarations (bind name: [(variable) (prefix_id)] @name match: (_) @body) @definition.function)
]
(declarations
  (signature) @_signature . (bind name: [(variable) (prefix_id)] @name match: (_) @body) @definition.function
  (#match? @_signature "->|=>|::[ \n]*(IO|ST|State)[ \n]"))
(declarations (bind name: (variable) @name match: (match expression: (do)) @body) @definition.function)
[
  (declarations (bind name: [(variable) (prefix_id)] @name match: (_) @body) @definition.constant)
  (ERROR (bind name: [(variable) (prefix_id)] @name match: (_) @body) @definition.constant)
]
(foreign_import signature: (signature name: (_) @name)) @definition.function
(pattern_synonym (signature synonym: (_) @name)) @definition.macro

; Imports
(import module: (module) @reference.import)

; Calls
(apply function: [(variable) @reference.call (qualified id: (variable) @reference.call)])
(infix operator: (infix_id [(variable) @reference.call (qualified id: (variable) @reference.call)]))
(infix
  left_operand: [(variable) @reference.call (qualified id: (variable) @reference.call)]
  operator: (operator) @_operator
  (#any-of? @_operator "$" "$!" "." "<$>" "=<<" ">>=" ">=>" "<=<" "<$!>"))
(infix
  operator: (operator) @_operator
  right_operand: [(variable) @reference.call (qualified id: (variable) @reference.call)]
  (#any-of? @_operator "." ">>=" "&" ">=>" "<=<" ">>>" "<&>"))
