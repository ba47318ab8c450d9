"""Facts in text: dates, amounts, thresholds, references, regions."""
