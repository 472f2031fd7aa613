"""What people who work on Go/No-Go run beside it; nothing here is part of the product."""
