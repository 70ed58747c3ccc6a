"""Regions of China: names, former names, pinyin initials; which one an address begins with."""
