"""Ways to talk with parents: web chat, SMS, Telegram; they hand on messages and judge nothing."""
