"""The assembler and the disassembler, compared with the reference."""
