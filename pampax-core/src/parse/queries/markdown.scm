; Sections; a heading inside a list or a quotation is part of it, and one that is an image names nothing.
(document
  (section . (atx_heading heading_content: (inline) @name) . (_)? @body) @definition.section
  (#not-match? @name "^(<|!\\[|\\[!\\[)"))
(section
  (section . (atx_heading heading_content: (inline) @name) . (_)? @body) @definition.section
  (#not-match? @name "^(<|!\\[|\\[!\\[)"))

; The grammar opens no section at an underlined heading.
(section (setext_heading heading_content: (paragraph (inline) @name)) @definition.section)
