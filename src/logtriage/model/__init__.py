"""The values that cross from stage to stage: frozen, slotted, documented field by field."""
