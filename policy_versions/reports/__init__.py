"""How a review is shown: one module a format, the words of both languages beside them."""
