; Modules
(call
  target: (identifier) @_keyword
  (arguments . (alias) @name)
  (do_block
    (unary_operator
      operand: (call
        target: (identifier) @_doc
        (arguments . [(string) (sigil)] @docstring)))) @body
  (#eq? @_keyword "defmodule")
  (#eq? @_doc "moduledoc")) @definition.module
(call
  target: (identifier) @_keyword
  (arguments . (alias) @name)
  (do_block)? @body
  (#eq? @_keyword "defmodule")) @definition.module

; Protocols and their implementations
(call
  target: (identifier) @_keyword
  (arguments . (alias) @name)
  (do_block)? @body
  (#eq? @_keyword "defprotocol")) @definition.interface
(call
  target: (identifier) @_keyword
  (arguments . (alias) @qualifier @reference.implement (keywords (pair key: (keyword) @_for value: (alias) @name)))
  (do_block)? @body
  (#eq? @_keyword "defimpl")
  (#match? @_for "^for:")) @definition.impl
(call
  target: (identifier) @_keyword
  (arguments . (alias) @name)
  (do_block)? @body
  (#eq? @_keyword "defimpl")) @definition.impl

; Structs and schemas
(call
  target: (identifier) @name
  (#any-of? @name "defstruct" "defexception")) @definition.struct
(call
  target: (identifier) @_keyword
  (arguments . (string) @name)
  (do_block) @body
  (#eq? @_keyword "schema")) @definition.table

; Functions, macros and guards: `f`, `f(x)`, `f(x) when y`, first those with a `@doc`; operators
(
  (unary_operator operand: (call target: (identifier) @_doc (arguments . [(string) (sigil)] @docstring)))
  .
  (unary_operator)*
  .
  (call
    target: (identifier) @_keyword
    (arguments . [
      (identifier) @name
      (call target: (identifier) @name)
      (binary_operator left: (call target: (identifier) @name))
    ])
    (do_block)? @body) @definition.function
  (#eq? @_doc "doc")
  (#any-of? @_keyword "def" "defdelegate" "defn")
  (#not-eq? @name "unquote"))
(call
  target: (identifier) @_keyword
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (call target: (identifier) @name))
  ])
  (do_block)? @body
  (#any-of? @_keyword "def" "defp" "defdelegate" "defn" "defnp")
  (#not-eq? @name "unquote")) @definition.function
(call
  target: (identifier) @_keyword
  (arguments . (binary_operator operator: _ @name))
  (do_block)? @body
  (#any-of? @_keyword "def" "defp")
  (#not-eq? @name "when")) @definition.function
(
  (unary_operator operand: (call target: (identifier) @_doc (arguments . [(string) (sigil)] @docstring)))
  .
  (unary_operator)*
  .
  (call
    target: (identifier) @_keyword
    (arguments . [
      (identifier) @name
      (call target: (identifier) @name)
      (binary_operator left: (call target: (identifier) @name))
    ])
    (do_block)? @body) @definition.macro
  (#eq? @_doc "doc")
  (#any-of? @_keyword "defmacro" "defguard")
  (#not-eq? @name "unquote"))
(call
  target: (identifier) @_keyword
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (call target: (identifier) @name))
  ])
  (do_block)? @body
  (#any-of? @_keyword "defmacro" "defmacrop" "defguard" "defguardp")
  (#not-eq? @name "unquote")) @definition.macro

; Tests
(call
  target: (identifier) @_keyword
  (arguments . (string) @name)
  (do_block) @body
  (#any-of? @_keyword "test" "describe" "feature" "property")) @definition.target

; Types, callbacks, constants
(unary_operator
  operand: (call
    target: (identifier) @_keyword
    (arguments . (binary_operator left: [(identifier) @name (call target: (identifier) @name)])))
  (#any-of? @_keyword "type" "typep" "opaque")) @definition.type
(unary_operator
  operand: (call
    target: (identifier) @_keyword
    (arguments . (binary_operator left: [
      (call target: (identifier) @name)
      (binary_operator left: (call target: (identifier) @name))
    ])))
  (#any-of? @_keyword "callback" "macrocallback")) @definition.function
(unary_operator
  operator: "@"
  operand: (call target: (identifier) @name (arguments))
  (#not-any-of? @name
    "doc" "moduledoc" "typedoc" "shortdoc" "spec" "type" "typep" "opaque" "callback" "macrocallback"
    "optional_callbacks" "impl" "behaviour" "derive" "deprecated" "since" "dialyzer" "compile"
    "external_resource" "on_load" "on_definition" "before_compile" "after_compile" "after_verify"
    "enforce_keys" "fallback_to_any" "protocol" "vsn" "nifs" "file" "tag" "moduletag" "describetag")) @definition.constant

; Imports
(call
  target: (identifier) @_keyword
  (arguments . (alias) @reference.import)
  (#any-of? @_keyword "alias" "import" "require" "use"))
(call
  target: (identifier) @_keyword
  (arguments . (dot left: (alias) @reference.import right: (tuple (alias) @reference.import)))
  (#any-of? @_keyword "alias" "import" "require" "use"))
(unary_operator
  operator: "@"
  operand: (call
    target: (identifier) @_keyword
    (arguments . (alias) @reference.implement))
  (#eq? @_keyword "behaviour"))

; Calls
(call
  target: (identifier) @reference.call
  (#not-any-of? @reference.call
    "def" "defp" "defdelegate" "defn" "defnp" "defguard" "defguardp" "defmacro" "defmacrop" "defmodule"
    "defprotocol" "defimpl" "defstruct" "defexception" "defoverridable" "alias" "import" "require" "use"
    "case" "cond" "for" "if" "unless" "quote" "unquote" "unquote_splicing" "raise" "reraise" "receive"
    "super" "throw" "try" "with" "test" "describe" "doc" "moduledoc" "typedoc" "spec" "type" "typep"
    "opaque" "callback" "macrocallback" "impl" "behaviour" "assert" "refute"))
(call
  target: (dot right: (identifier) @reference.call)
  (#not-eq? @reference.call "t"))
(binary_operator operator: "|>" right: (identifier) @reference.call)
; Addresses that are served, and settings that are read
((call
  target: (identifier) @_method
  (arguments . (string) @reference.route . (alias)))
  (#any-of? @_method "get" "post" "put" "patch" "delete" "options" "head" "live" "resources" "forward"))
((call
  target: (dot left: (alias) @_module right: (identifier) @_method)
  (arguments . (string) @reference.config-key))
  (#eq? @_module "System")
  (#any-of? @_method "get_env" "fetch_env" "fetch_env!"))
