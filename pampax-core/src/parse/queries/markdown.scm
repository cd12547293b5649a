; Sections; a heading inside a list or a quotation is part of it.
(document
  (section . (atx_heading heading_content: (inline) @name) . (_)? @body) @definition.section)
(section
  (section . (atx_heading heading_content: (inline) @name) . (_)? @body) @definition.section)

; The grammar opens no section at an underlined heading.
(section (setext_heading heading_content: (paragraph (inline) @name)) @definition.section)
