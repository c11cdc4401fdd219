#import <Foundation/Foundation.h>

/// The keys are bound to this phone, and what it knows of a building is of no use without them: no backup has either.
/// Runs before the app does; the folder is the one that Tauri keeps the app's data in.
__attribute__((constructor)) static void keepOutOfBackups(void) {
  @autoreleasepool {
    NSFileManager *files = NSFileManager.defaultManager;
    NSURL *folder = [files URLForDirectory:NSApplicationSupportDirectory
                                  inDomain:NSUserDomainMask
                         appropriateForURL:nil
                                    create:YES
                                     error:nil];
    NSError *error = nil;
    if (![folder setResourceValue:@YES forKey:NSURLIsExcludedFromBackupKey error:&error]) {
      NSLog(@"the app's data stays in backups: %@", error);
    }
  }
}
