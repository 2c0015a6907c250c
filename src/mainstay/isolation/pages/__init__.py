"""Pages of isolation: the register of orders, one order and its sheet, giving one, deciding an objection."""
