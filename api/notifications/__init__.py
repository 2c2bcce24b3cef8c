"""Who is told what, when and how; nothing is sent twice and nothing is lost."""
