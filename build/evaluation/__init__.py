"""Numbers for every claim: public test sets and nano's own exam, answered by the engine that ships."""
