//! The single source of truth about the TEAL language: one row of plain data per opcode and field.
