"""The screens of a hall as the desk sees and sets them."""
