;; emacs: its icalendar library writes a calendar into a diary, on a machine in UTC.
(require 'icalendar)
(setq calendar-date-style 'iso
      icalendar-import-format "\x1f%s\x1f%l\x1f%t\x1f%u\x1f%U\x1f%d\x1e"
      icalendar-import-format-summary "%s"
      icalendar-import-format-description "%s"
      icalendar-import-format-location "%s"
      icalendar-import-format-status "%s"
      icalendar-import-format-url "%s"
      icalendar-import-format-uid "%s")
(let ((diary (make-temp-file "diary")))
  (with-temp-buffer
    (let ((coding-system-for-read 'utf-8-dos)) (insert-file-contents (pop command-line-args-left)))
    (icalendar-import-buffer diary t nil))
  (with-temp-buffer
    (let ((coding-system-for-read 'utf-8)) (insert-file-contents diary))
    (let ((coding-system-for-write 'utf-8)) (princ (buffer-string))))
  (delete-file diary))
