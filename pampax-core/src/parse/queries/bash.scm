; `f() { … }`, `function f { … }`, `f() ( … )`
(function_definition
  name: (word) @name) @definition.function

; Names of the script's own level
([
  (program
    (declaration_command
      "readonly"
      (variable_assignment
        name: (variable_name) @name)) @definition.constant)
  (program
    (declaration_command
      (word) @_option
      (variable_assignment
        name: (variable_name) @name)) @definition.constant
    (#match? @_option "^-[a-zA-Z]*r"))
])

(program
  (declaration_command
    (variable_assignment
      name: (variable_name) @name)) @definition.variable)

(program
  (variable_assignment
    name: (variable_name) @name
    "=") @definition.variable)

; References
(command
  name: (command_name
    (word) @_command)
  .
  argument: (_) @reference.import
  (#any-of? @_command "source" "."))

(command
  name: (command_name
    (word) @_command)
  .
  argument: (word) @reference.reference
  (#eq? @_command "trap"))

; Built-in commands are no one's definition.
(command
  name: (command_name
    (word) @reference.call)
  (#not-any-of? @reference.call
    "." ":" "[" "alias" "bg" "break" "builtin" "cd" "command" "continue" "declare" "echo" "eval" "exec" "exit"
    "export" "false" "fg" "getopts" "hash" "jobs" "kill" "let" "local" "popd" "printf" "pushd" "pwd" "read"
    "return" "set" "shift" "shopt" "source" "test" "trap" "true" "type" "typeset" "ulimit" "umask" "unalias"
    "unset" "wait" "}"))
