; Rules
(rule_set (selectors) @name (block) @body) @definition.rule
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @definition.rule
(at_rule (at_keyword) @_at (keyword_query) @name (block) @body
  (#eq? @_at "@property")) @definition.property
(at_rule (at_keyword) @_at (keyword_query) @name (block) @body
  (#any-of? @_at "@counter-style" "@font-palette-values")) @definition.rule

; Custom properties
(declaration (property_name) @name (#match? @name "^--")) @definition.property

; Imports and uses of custom properties
(import_statement (string_value) @reference.import)
(import_statement
  (call_expression (arguments [(string_value) (plain_value)] @reference.import)))
(call_expression (function_name) @_var (arguments . (plain_value) @reference.reference)
  (#eq? @_var "var"))
