package dev.walden.storage;

/** An object's name and its length in bytes, as stored. */
public record StoredObject(String name, long length) {}
