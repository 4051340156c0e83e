"""What can be said of nano's world in English and Spanish: questions, follow-ups, exact answers, and drills."""
