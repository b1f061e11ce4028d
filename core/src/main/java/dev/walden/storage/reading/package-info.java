/**
 * Effects: reading an object that may be damaged or missing in one of several replicas ({@code
 * CopyReading} continues in the next one), and listings page by page ({@code PagedListing}).
 */
package dev.walden.storage.reading;
