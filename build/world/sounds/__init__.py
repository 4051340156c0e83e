"""How nano's world sounds: recipes of every sound, strangers, and recordings mixed from them with known events."""
