-- Who owns a group counts in environments, too (group teams of owners).
CREATE TRIGGER person_epoch_owner_in AFTER INSERT ON group_owner BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_owner_gone AFTER DELETE ON group_owner BEGIN UPDATE person_epoch SET n = n + 1; END;
