//! The TEAL assembler and its friends: text in, bytes, source map and diagnostics out.
