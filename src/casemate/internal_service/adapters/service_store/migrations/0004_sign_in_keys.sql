-- What opened an account without its password was a key of the computer alone, and every log that had held it still did.
-- Now it takes the key of one sign-in as well, so whoever was signed in signs in once more.
UPDATE accounts SET machine_vault = NULL;
