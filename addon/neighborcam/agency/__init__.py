"""The desk of an agency: keys, requests, answers, custody. Everything is local."""
