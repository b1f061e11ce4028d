/**
 * Effects: reads an object that may be damaged or missing in one of several copies. {@code
 * CopyReading} continues with the next one.
 */
package dev.walden.storage.reading;
