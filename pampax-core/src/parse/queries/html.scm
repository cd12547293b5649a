; Elements with an id
((element
   (start_tag
     (attribute
       (attribute_name) @_id
       [(attribute_value) @name (quoted_attribute_value (attribute_value) @name)]))
   . (_)? @body) @definition.element
  (#any-of? @_id "id" "ID"))
((element
   (self_closing_tag
     (attribute
       (attribute_name) @_id
       [(attribute_value) @name (quoted_attribute_value (attribute_value) @name)]))) @definition.element
  (#any-of? @_id "id" "ID"))
(([(script_element
     (start_tag
       (attribute
         (attribute_name) @_id
         [(attribute_value) @name (quoted_attribute_value (attribute_value) @name)])))
   (style_element
     (start_tag
       (attribute
         (attribute_name) @_id
         [(attribute_value) @name (quoted_attribute_value (attribute_value) @name)])))] @definition.element)
  (#any-of? @_id "id" "ID"))

; An element that is never closed may leave only its opening tag.
((ERROR
   (start_tag
     (attribute
       (attribute_name) @_id
       [(attribute_value) @name (quoted_attribute_value (attribute_value) @name)])) @definition.element)
  (#any-of? @_id "id" "ID"))

; Titles and headings without an id
((element (start_tag (tag_name) @_tag) . (text) @name) @definition.section
  (#match? @_tag "^([hH][1-6]|title)$"))

; Scripts, style sheets and other linked files
((script_element
   (start_tag
     (attribute
       (attribute_name) @_source
       [(attribute_value) @reference.import (quoted_attribute_value (attribute_value) @reference.import)])))
  (#eq? @_source "src"))
((element
   [(start_tag
      (tag_name) @_tag
      (attribute
        (attribute_name) @_source
        [(attribute_value) @reference.import (quoted_attribute_value (attribute_value) @reference.import)]))
    (self_closing_tag
      (tag_name) @_tag
      (attribute
        (attribute_name) @_source
        [(attribute_value) @reference.import (quoted_attribute_value (attribute_value) @reference.import)]))])
  (#eq? @_tag "link")
  (#eq? @_source "href"))
